ALTER TABLE `batches` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `batches` ADD `on_failure` text DEFAULT 'continue' NOT NULL;--> statement-breakpoint
ALTER TABLE `batches` ADD `changed` text;--> statement-breakpoint
CREATE INDEX `batches_starts` ON `batches` (`starts_at`);--> statement-breakpoint
ALTER TABLE `deployments` ADD `place` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX `deployments_batch` ON `deployments` (`batch`,`place`);