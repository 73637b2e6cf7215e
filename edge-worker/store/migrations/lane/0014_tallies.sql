CREATE TABLE `passages` (
	`passage` text NOT NULL,
	`entity` text NOT NULL,
	`since_ms` integer NOT NULL,
	PRIMARY KEY(`entity`, `passage`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tallies` (
	`measure` text NOT NULL,
	`day` text NOT NULL,
	`sums` text NOT NULL,
	PRIMARY KEY(`measure`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `commands` ADD `freed_ms` integer;