CREATE TABLE `answered_requests` (
	`key` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`value` text NOT NULL,
	`at_ms` integer NOT NULL
) WITHOUT ROWID;
