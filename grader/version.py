"""The version of the kit, which its releases and its cached results carry."""

__version__ = "0.1.0"
