"""What is misspelt in a query, by the words of one catalogue."""
