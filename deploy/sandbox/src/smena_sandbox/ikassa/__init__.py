"""The cabinet of iKassa: token and ``wms.sku.create`` as a public client saw them, the rest ours (wire.md)."""
