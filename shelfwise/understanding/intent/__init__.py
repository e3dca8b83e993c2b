"""Intent: what kind of answer a query asks for, as a calibrated distribution over a taxonomy."""
