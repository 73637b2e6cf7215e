CREATE TABLE `checks` (
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`reasons` text NOT NULL,
	`at_ms` integer NOT NULL,
	PRIMARY KEY(`entity`, `connection`)
) WITHOUT ROWID;
