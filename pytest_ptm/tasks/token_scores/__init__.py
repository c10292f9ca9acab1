"""How likely a language model finds the tokens of a text, and what is made of that."""
