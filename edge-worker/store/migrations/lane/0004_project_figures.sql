CREATE TABLE `project_figures` (
	`project` text NOT NULL,
	`figure` text NOT NULL,
	`currency` text NOT NULL,
	`minor` text NOT NULL,
	PRIMARY KEY(`project`, `figure`, `currency`)
) WITHOUT ROWID;
