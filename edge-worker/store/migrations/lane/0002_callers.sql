CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`hash` text NOT NULL,
	`per_minute` integer NOT NULL,
	`by` text NOT NULL,
	`made_ms` integer NOT NULL,
	`expires_ms` integer,
	`revoked_ms` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`proof` text NOT NULL,
	`connection` text NOT NULL,
	`user` text NOT NULL,
	`name` text NOT NULL,
	`roles` text NOT NULL,
	`made_ms` integer NOT NULL,
	`ends_ms` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_proof` ON `sessions` (`proof`);