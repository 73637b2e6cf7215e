CREATE TABLE `directory` (
	`system` text NOT NULL,
	`environment` text NOT NULL,
	`account` text NOT NULL,
	`installation` text NOT NULL,
	`connection` text NOT NULL,
	`shard` text NOT NULL,
	`jurisdiction` text NOT NULL,
	`claimed_ms` integer NOT NULL,
	PRIMARY KEY(`system`, `environment`, `account`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `lanes` (
	`installation` text PRIMARY KEY NOT NULL,
	`shard` text NOT NULL,
	`jurisdiction` text NOT NULL,
	`created_ms` integer NOT NULL
) WITHOUT ROWID;
