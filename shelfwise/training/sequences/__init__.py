"""A transformer over the sequence of what a shopper took, trained to tell the next product. Needs the extra `train`."""
