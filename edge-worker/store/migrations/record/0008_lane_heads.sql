CREATE TABLE `lane_heads` (
	`installation` text PRIMARY KEY NOT NULL,
	`run` integer NOT NULL
) WITHOUT ROWID;
