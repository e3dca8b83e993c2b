"""Examples of each format of events, to be imported as they are."""
