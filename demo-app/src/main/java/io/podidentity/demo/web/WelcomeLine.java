package io.podidentity.demo.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Logs the address of the page, as the last line of the start. */
@Component
final class WelcomeLine {
    private static final Logger log = LoggerFactory.getLogger(WelcomeLine.class);

    private final Environment environment;

    WelcomeLine(Environment environment) {
        this.environment = environment;
    }

    @EventListener(ApplicationReadyEvent.class)
    @Order
    void ready() {
        log.info(
                "Who am I in Azure, and which blobs may I read? See http://localhost:{}/",
                environment.getProperty("local.server.port", "8080"));
    }
}
