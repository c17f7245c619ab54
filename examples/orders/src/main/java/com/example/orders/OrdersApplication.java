package com.example.orders;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

@SpringBootApplication
@RestController
public class OrdersApplication {

    private final RestClient storage;

    OrdersApplication(RestClient.Builder builder, @Value("${orders.storage}") String storage) {
        this.storage = builder.baseUrl(storage).defaultHeader("x-ms-version", "2023-11-03").build();
    }

    public static void main(String... arguments) {
        SpringApplication.run(OrdersApplication.class, arguments);
    }

    /** The blobs of the container, as the storage account lists them. */
    @GetMapping(path = "/orders", produces = "application/xml")
    String orders() {
        return storage.get().uri("/samples?restype=container&comp=list").retrieve().body(String.class);
    }
}
