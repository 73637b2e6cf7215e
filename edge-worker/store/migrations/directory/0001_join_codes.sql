CREATE TABLE `join_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`installation` text NOT NULL,
	`ends_ms` integer NOT NULL
) WITHOUT ROWID;
