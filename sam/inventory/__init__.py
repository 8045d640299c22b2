"""Discovery files to devices and software, one module a format; and which records are one device."""
