CREATE TABLE `announcements` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`version` integer NOT NULL,
	`subject` text NOT NULL,
	`made_ms` integer NOT NULL,
	`payload` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `announcements_once` ON `announcements` (`id`);--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`types` text NOT NULL,
	`state` text NOT NULL,
	`keys` text NOT NULL,
	`cursor` integer NOT NULL,
	`again` text,
	`failures` integer NOT NULL,
	`next_ms` integer,
	`answered_ms` integer,
	`failed_ms` integer,
	`aside_ms` integer,
	`problem` text,
	`made_ms` integer NOT NULL
) WITHOUT ROWID;
