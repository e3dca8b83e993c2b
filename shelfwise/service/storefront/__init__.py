"""The pages that shoppers see."""

from shelfwise.service.storefront.pages import storefront

__all__ = ["storefront"]
