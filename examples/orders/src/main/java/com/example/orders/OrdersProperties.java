package com.example.orders;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the orders are.
 *
 * @param storage the blob endpoint of the storage account
 * @param container the container with one blob for each order
 */
@ConfigurationProperties("orders")
record OrdersProperties(@DefaultValue("") String storage, @DefaultValue("orders") String container) {}
