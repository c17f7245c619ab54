package io.podidentity.demo;

import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

/** Starts the demo. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class DemoApplication {
    public static void main(String[] args) {
        SpringApplication.run(DemoApplication.class, args);
    }

    /** Logs the address of the page, as the last line of the start. */
    @Order
    @EventListener
    void ready(ApplicationReadyEvent event) {
        LoggerFactory.getLogger(DemoApplication.class)
                .info(
                        "Who am I in Azure, and which blobs may I read? See http://localhost:{}/",
                        event.getApplicationContext().getEnvironment().getProperty("local.server.port", "8080"));
    }
}
