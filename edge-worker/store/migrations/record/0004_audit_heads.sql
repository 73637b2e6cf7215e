CREATE TABLE `audit_heads` (
	`installation` text NOT NULL,
	`day` text NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`at_ms` integer NOT NULL,
	`signature` text NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `day`)
) WITHOUT ROWID;
