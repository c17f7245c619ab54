package com.example.orders;

import io.podidentity.tokenprovider.spring.test.EmulatedAzureConfiguration;
import org.springframework.boot.SpringApplication;

/** The application with an emulated Azure, for `./mvnw spring-boot:test-run`. */
class TestOrdersApplication {

    public static void main(String[] arguments) {
        SpringApplication.from(OrdersApplication::main)
                .with(EmulatedAzureConfiguration.class)
                .run(arguments);
    }
}
