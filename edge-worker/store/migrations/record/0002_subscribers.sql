CREATE TABLE `dispatches` (
	`installation` text NOT NULL,
	`subscription` text NOT NULL,
	`seq` integer NOT NULL,
	`event` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`status` integer,
	`problem` text,
	`took_ms` integer NOT NULL,
	`made_ms` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `subscription`, `seq`)
) WITHOUT ROWID;
