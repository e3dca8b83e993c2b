"""One recipe for each kind of model: typed settings, and how it is trained."""
