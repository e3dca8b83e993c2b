"""Models that a shop made for itself: versions with cards, one of them promoted."""
