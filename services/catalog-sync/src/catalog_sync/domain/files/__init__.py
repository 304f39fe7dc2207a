"""What a spreadsheet or a waybill says: headers, cells, rows; a bad row is refused by name, the rest goes on."""
