"""The cabinet of Webkassa / Альфа-касса (ООО «Настоящая цифровая»), as wire.md knows it."""
