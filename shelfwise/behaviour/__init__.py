"""What shoppers do: events, the durable log of them, sessions, attribution, and a profile of each shopper."""
