"""The adapter to 1C:Accounting over its standard OData interface."""
