"""The ruler: how good the answers are on questions that the corpus has never seen."""
