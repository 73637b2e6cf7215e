CREATE TABLE `aliases` (
	`entity` text PRIMARY KEY NOT NULL,
	`into` text NOT NULL,
	`at_ms` integer NOT NULL
) WITHOUT ROWID;
