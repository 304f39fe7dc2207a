"""Pure rules of sales: what a receipt, a shift and a published revision are."""
