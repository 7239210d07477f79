"""The curator's forms."""
