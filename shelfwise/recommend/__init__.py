"""What this shopper wants now: candidate generators, placements, and predictions of the next action."""
