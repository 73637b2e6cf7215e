ALTER TABLE `exceptions` ADD `cause` text;--> statement-breakpoint
ALTER TABLE `exceptions` ADD `assignee` text;--> statement-breakpoint
ALTER TABLE `exceptions` ADD `snoozed_ms` integer;