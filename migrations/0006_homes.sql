CREATE TABLE `homes` (
	`person` text PRIMARY KEY NOT NULL,
	`opened_at` integer NOT NULL,
	`only_mine` integer DEFAULT false NOT NULL,
	`tried_at` integer DEFAULT 0 NOT NULL,
	`shown_digest` text
);
--> statement-breakpoint
CREATE INDEX `homes_opened` ON `homes` (`opened_at`);--> statement-breakpoint
ALTER TABLE `inspections` ADD `said_since` integer;