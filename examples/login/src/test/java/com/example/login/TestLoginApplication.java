package com.example.login;

import org.springframework.boot.SpringApplication;

/** The application with an emulated Azure, for `./mvnw spring-boot:test-run`. */
class TestLoginApplication {

    public static void main(String[] arguments) {
        SpringApplication.from(LoginApplication::main).with(Entra.class).run(arguments);
    }
}
