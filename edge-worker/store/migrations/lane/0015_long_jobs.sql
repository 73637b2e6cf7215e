ALTER TABLE `jobs` ADD `kind` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `asked` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `place` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `drive` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `moved_ms` integer;