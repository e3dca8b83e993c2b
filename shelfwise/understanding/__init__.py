"""What a shopper means: a chain of small steps from the text of a query to an `Understanding`."""
