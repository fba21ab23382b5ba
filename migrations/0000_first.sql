CREATE TABLE `batches` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`starts_at` integer,
	`zone` text NOT NULL,
	`typed` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `deployments` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`batch` integer NOT NULL,
	`environment` text NOT NULL,
	`title` text NOT NULL,
	`channel` text NOT NULL,
	`request_key` text NOT NULL,
	`requested_by` text NOT NULL,
	`requested_at` integer NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL,
	`attempt` integer NOT NULL,
	`starts_at` integer,
	`ended_at` integer,
	`plan_hash` text NOT NULL,
	`queued_at` integer,
	`told` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`batch`) REFERENCES `batches`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`plan_hash`) REFERENCES `plans`(`hash`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_request_key` ON `deployments` (`request_key`);--> statement-breakpoint
CREATE INDEX `deployments_environment` ON `deployments` (`environment`);--> statement-breakpoint
CREATE INDEX `deployments_state` ON `deployments` (`state`);--> statement-breakpoint
CREATE INDEX `deployments_environment_state` ON `deployments` (`environment`,`state`);--> statement-breakpoint
CREATE INDEX `deployments_requested` ON `deployments` (`requested_by`,`requested_at`);--> statement-breakpoint
CREATE INDEX `deployments_untold` ON `deployments` (`number`) WHERE told < version;--> statement-breakpoint
CREATE TABLE `due` (
	`deployment` integer NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`deployment`, `kind`, `at`),
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `due_at` ON `due` (`at`,`deployment`);--> statement-breakpoint
CREATE TABLE `events` (
	`deployment` integer NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL,
	`fence` integer,
	PRIMARY KEY(`deployment`, `version`),
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `inbox` (
	`key` text PRIMARY KEY NOT NULL,
	`what` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	`answer` text
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`environment` text PRIMARY KEY NOT NULL,
	`deployment` integer NOT NULL,
	`holder` text,
	`fence` integer NOT NULL,
	`since` integer NOT NULL,
	`heartbeat_at` integer NOT NULL,
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `members` (
	`environment` text NOT NULL,
	`member` text NOT NULL,
	`in_service` text NOT NULL,
	`reason` text NOT NULL,
	`deployment` integer NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`environment`, `member`),
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`key` text NOT NULL,
	`deployment` integer NOT NULL,
	`channel` text NOT NULL,
	`thread_of` text,
	`payload` text NOT NULL,
	`digest` text NOT NULL,
	`broadcast` integer NOT NULL,
	`state` text NOT NULL,
	`ts` text,
	`said_digest` text,
	`attempts` integer NOT NULL,
	`not_before` integer NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_state" CHECK(state in ('wanted', 'sending', 'unknown', 'delivered', 'dead'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_key` ON `messages` (`key`);--> statement-breakpoint
CREATE INDEX `messages_not_said` ON `messages` (`id`) WHERE (state in ('sending', 'unknown') or (state in ('wanted', 'delivered') and said_digest is not digest));--> statement-breakpoint
CREATE INDEX `messages_unposted` ON `messages` (`thread_of`,`id`) WHERE ts is null and state <> 'dead';--> statement-breakpoint
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `plans` (
	`hash` text PRIMARY KEY NOT NULL,
	`plan` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `revision_pins` (
	`name` text PRIMARY KEY NOT NULL,
	`digest` text NOT NULL,
	`at` integer NOT NULL
);
