CREATE TABLE `api_keys` (
	`installation` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`per_minute` integer NOT NULL,
	`by` text NOT NULL,
	`made_ms` integer NOT NULL,
	`expires_ms` integer,
	`revoked_ms` integer,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `id`)
) WITHOUT ROWID;
