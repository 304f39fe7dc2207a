"""The ports to an ERP and the adapter to 1C by OData."""
