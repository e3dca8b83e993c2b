"""What models learn from: examples out of a catalogue, judgments, a log, reviews and questions."""
