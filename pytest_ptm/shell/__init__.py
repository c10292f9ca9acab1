"""All that imports pytest: options, fixtures, hooks and what stands behind them."""
