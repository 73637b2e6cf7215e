CREATE TABLE `aliases` (
	`installation` text NOT NULL,
	`entity` text NOT NULL,
	`into` text NOT NULL,
	`at_ms` integer NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `entity`)
) WITHOUT ROWID;
