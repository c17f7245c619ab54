package com.example.agent;

import org.springframework.boot.SpringApplication;

/** The application with an emulated Azure, for `./mvnw spring-boot:test-run`. */
class TestAgentApplication {

    public static void main(String[] arguments) {
        SpringApplication.from(AgentApplication::main).with(EmulatedAgents.class).run(arguments);
    }
}
