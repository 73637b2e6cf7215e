CREATE TABLE `alert_destinations` (
	`id` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL,
	`failures` integer NOT NULL,
	`next_ms` integer NOT NULL,
	`answered_ms` integer,
	`failed_ms` integer,
	`problem` text,
	`said` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `alert_notes` (
	`seq` integer PRIMARY KEY NOT NULL,
	`destination` text NOT NULL,
	`cause` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`alert` text NOT NULL,
	`made_ms` integer NOT NULL,
	`due_ms` integer NOT NULL,
	`told_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `alert_notes_once` ON `alert_notes` (`destination`,`id`);--> statement-breakpoint
CREATE TABLE `alert_settings` (
	`version` integer PRIMARY KEY NOT NULL,
	`content` text NOT NULL,
	`by` text NOT NULL,
	`made_ms` integer NOT NULL
);
