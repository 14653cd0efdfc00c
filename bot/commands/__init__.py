"""Commands: what an operator may type after `faq`, one verb a module."""
