using System.Runtime.Versioning;

// The tests drive processes by signals and /proc.
[assembly: SupportedOSPlatform("linux")]
