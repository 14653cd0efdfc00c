"""WeChat: the official account's callback. Nothing here knows of matching."""
