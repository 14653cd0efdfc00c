"""Inbox: the questions that went without a good answer, put together, and what a clerk makes of them."""
