"""Figures of texts whose tokens are scored each where it is masked."""
