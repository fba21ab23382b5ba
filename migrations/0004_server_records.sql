CREATE TABLE `server_records` (
	`environment` text NOT NULL,
	`server` text NOT NULL,
	`read_back` text,
	`deployment` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`environment`, `server`),
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
