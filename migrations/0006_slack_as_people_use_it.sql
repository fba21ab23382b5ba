CREATE TABLE `channel_tellings` (
	`environment` text PRIMARY KEY NOT NULL,
	`tells` text NOT NULL,
	`by` text NOT NULL,
	`via` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `files` (
	`key` text PRIMARY KEY NOT NULL,
	`filename` text NOT NULL,
	`title` text NOT NULL,
	`alt_text` text NOT NULL,
	`bytes` blob,
	`slack_id` text
);
--> statement-breakpoint
CREATE TABLE `homes` (
	`person` text PRIMARY KEY NOT NULL,
	`opened_at` integer NOT NULL,
	`only_mine` integer DEFAULT false NOT NULL,
	`tried_at` integer DEFAULT 0 NOT NULL,
	`shown_digest` text
);
--> statement-breakpoint
CREATE INDEX `homes_opened` ON `homes` (`opened_at`);--> statement-breakpoint
CREATE TABLE `people_settings` (
	`person` text PRIMARY KEY NOT NULL,
	`settings` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `refused_blocks` (
	`workspace` text NOT NULL,
	`block` text NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`workspace`, `block`)
);
--> statement-breakpoint
CREATE TABLE `task_outputs` (
	`deployment` integer NOT NULL,
	`attempt` integer NOT NULL,
	`task` integer NOT NULL,
	`run` integer NOT NULL,
	`output` text NOT NULL,
	PRIMARY KEY(`deployment`, `attempt`, `task`, `run`),
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `vote_delegations` (
	`environment` text NOT NULL,
	`by` text NOT NULL,
	`to` text NOT NULL,
	`since` integer NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`environment`, `by`)
);
--> statement-breakpoint
CREATE INDEX `vote_delegations_by` ON `vote_delegations` (`by`,`environment`);--> statement-breakpoint
ALTER TABLE `batches` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `batches` ADD `on_failure` text DEFAULT 'continue' NOT NULL;--> statement-breakpoint
ALTER TABLE `batches` ADD `changed` text;--> statement-breakpoint
CREATE INDEX `batches_starts` ON `batches` (`starts_at`);--> statement-breakpoint
ALTER TABLE `deployments` ADD `place` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX `deployments_batch` ON `deployments` (`batch`,`place`);--> statement-breakpoint
ALTER TABLE `inspections` ADD `said_since` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `place` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `wanted_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_ts` ON `messages` (`ts`,`channel`);