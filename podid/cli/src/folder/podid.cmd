@echo off
"%~dp0..\lib\runtime\bin\java.exe" -jar "%~dp0..\lib\podid.jar" %*
